"""The mechanism of rules: registry, dispatch, words, evidence. No protocol knowledge."""
