"""The accessor as a whole: what its body returns, what it reads, who else binds that, and what making it runs."""
