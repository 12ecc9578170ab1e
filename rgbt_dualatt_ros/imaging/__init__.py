"""Floor 2, pictures: messages to arrays, thermal counts to grey levels, registration."""
