"""The only package that starts a program: tshark fields into the model, detail trees through pyshark."""
