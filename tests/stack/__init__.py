"""The site as a whole, with servers, worker and beat, while parts of it fail."""
