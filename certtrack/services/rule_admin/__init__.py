"""The rules as administrators read them: what each pack says, what it leaves open, and what was put on record of it."""
