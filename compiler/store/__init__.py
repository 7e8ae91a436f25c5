"""A key → bytes store of a project, kept between runs in the user's cache folder. It never changes what a run outputs."""
