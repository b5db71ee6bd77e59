"""Speech: recordings decoded and checked, what is spoken found in them, turned into text; text read aloud.

Here: everything that handles sound, and the adapters of recognisers and voices. Not here: what becomes of the words
(``collection``), and sound itself in any table or file, which is kept nowhere.
"""
