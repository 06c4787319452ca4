"""What do the experts say, how far do they agree, and does the ranking hold?"""
