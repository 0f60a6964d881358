"""Small corrections of the written pages, which no option of the theme reaches."""

def setup(app):
    return {"parallel_read_safe": True, "parallel_write_safe": True}
