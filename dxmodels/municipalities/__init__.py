"""Where does each municipality stand: divide, staff, standardisation and the move to Government Cloud?"""
