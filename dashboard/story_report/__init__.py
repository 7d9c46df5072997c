"""The report of the main job: one page that a teacher can mail, in both languages."""
