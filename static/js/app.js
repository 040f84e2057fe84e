// Entry of every page.
document.documentElement.classList.add("has-js");
