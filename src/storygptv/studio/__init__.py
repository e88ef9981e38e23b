"""The studio: a drawn story as sheets, books and films, and as a page to write it on."""
