"""How many should miss, predicted before anyone rehearses: linear teams, squared error.

- `shrinkage`: where dropout leads linear units, in closed form
- `least_squares`: what practice says of a talk
- `risk`: how good such a team will be, known from the talk or estimated from practice
- `best`: the best rate, and those as good
"""
