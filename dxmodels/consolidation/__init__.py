"""What happens, year by year, under each promotion structure?"""
