// The line editor of the system (libedit). Its variadic functions cannot be called from Swift, so the few calls that are
// needed stand here with a fixed list of arguments.
#ifndef LOTSE_CEDITLINE_SHIMS_H
#define LOTSE_CEDITLINE_SHIMS_H

#include <histedit.h>
#include <stdio.h>
#include <sys/prctl.h>

#endif
