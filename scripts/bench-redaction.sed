# The rules of `lotse-agent redact` as far as regular expressions say them, for scripts/bench alone.
/-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/,/-----END ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/{
/-----BEGIN /!d
s/-----BEGIN .*/[redacted private key]/
}
s/\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_.-]{6,}/[redacted JWT]/g
s#(://[^:/@ "'<>]*:)[^@/ "'<>]+@#\1[redacted password]@#g
s/\b(bearer +)[A-Za-z0-9._~+\/=-]{8,}/\1[redacted bearer token]/Ig
s/((password|passwd|pwd|passwort|kennwort|passphrase|credentials?|\bpass|\bpw)["']?[ ]{0,2}[=:][ ]*["']?)[^][ "'&,;<>]+/\1[redacted password]/Ig
s/((session[_-]?id|sessid|secret|token|(api|access|secret|private|auth|encryption|signing|master|shared|account)[_. -]?key)["']?[ ]{0,2}[=:][ ]*["']?)[^][ "'&,;<>]+/\1[redacted token]/Ig
s/(--[a-z-]*(password|passwd|passphrase) +)[^- ][^ ]*/\1[redacted password]/Ig
s/(--[a-z-]*(secret|token|api-key) +)[^- ][^ ]*/\1[redacted token]/Ig
s/(\bcookie: *)[^["]+/\1[redacted token]/Ig
s/\b(gh[opusr]_|github_pat_|shpss_|shpat_)[A-Za-z0-9_-]{20,}/[redacted token]/g
s/\b([sr]k_(live|test)_[A-Za-z0-9_-]{10,}|whsec_[A-Za-z0-9_-]{16,}|(npm|hf)_[A-Za-z0-9_-]{30,}|dop_v1_[A-Za-z0-9_-]{32,})/[redacted token]/g
s/\b(glpat-[A-Za-z0-9_-]{16,}|sk-[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{30,}|xox[abeoprs]-[A-Za-z0-9_-]{10,})/[redacted token]/g
s/\b(A[KS]IA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|ya29\.[A-Za-z0-9_.-]{20,})/[redacted token]/g
