"""How a source is harvested: what is asked next, and what an answer means. Pure, as all rules.

`values` has the words, `answers` what HTTP itself says, `oai` and `cursors` the sources' own
protocols, `following` how the place in a list moves on, back, and to the next day.
"""
