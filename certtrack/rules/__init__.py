"""The rules: frozen values in, frozen values out. They know neither clock nor database nor language."""
