// The system's Zstandard (RFC 8878).
#ifndef LOTSE_CZSTD_SHIMS_H
#define LOTSE_CZSTD_SHIMS_H

#include <zstd.h>

#endif
