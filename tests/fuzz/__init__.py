"""Files as a hostile or broken sender would send them, and what must hold of every judgement."""
