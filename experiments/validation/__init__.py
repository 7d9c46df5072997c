"""The analogy, validated: theorems that must hold, claims that could fail, controls, limits."""
