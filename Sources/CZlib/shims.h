// The system's zlib. `inflateInit2` is a macro, which Swift does not see.
#ifndef LOTSE_CZLIB_SHIMS_H
#define LOTSE_CZLIB_SHIMS_H

#include <zlib.h>

// 15 window bits, and 16 for the gzip format alone (RFC 1952).
static inline int lotse_inflateInitGzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

#endif
