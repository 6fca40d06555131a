// The C library's memory allocator as a Swift module; the Glibc module leaves it out.
#ifndef LOTSE_CMALLOC_SHIMS_H
#define LOTSE_CMALLOC_SHIMS_H

#include <malloc.h>

#endif
