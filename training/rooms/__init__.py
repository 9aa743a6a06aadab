"""The frozen exams, and a look at generated rooms and their sentences."""
