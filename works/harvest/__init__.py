"""Harvesting: lists of a source, page by page, into the corpus, with a checkpoint behind each.

`works.domain.harvest` has the rules; here are the clock, the network, the rows and the loop.
"""
