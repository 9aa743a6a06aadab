"""An independent reader of generated sentences: are they true?"""
