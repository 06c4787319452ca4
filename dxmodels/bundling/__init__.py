"""Who should buy together, when, from which offer, and who pays?"""
