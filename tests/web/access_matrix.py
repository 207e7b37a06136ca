"""What each address answers each kind of person: read it before you change it.

One row a route, with the answer to GET and to POST with an empty form. An answer is a status, or
`login` or `proof` for being sent to log in or to prove who one is. Five answers are those of
nobody, a user, another claimant of the record, its holder (whose ids stand in the address) and
staff; one answer is everybody's. PUT, PATCH and DELETE change nothing anywhere.
"""

MATRIX: dict[str, tuple[str, str]] = {
}
