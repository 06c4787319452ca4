"""Who is locked in, what does it cost, and when to leave?"""
