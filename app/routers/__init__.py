"""How requests come in and answers go out."""

from app.lean import never

# FastAPI asks of each annotation whether it is a model of Pydantic's first version, and loads that
# for the question: 1.5 MiB. Where it is missing, nothing is.
never("pydantic.v1")
