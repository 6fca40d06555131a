// The system's encoder of QR codes (libqrencode).
#ifndef LOTSE_CQRENCODE_SHIMS_H
#define LOTSE_CQRENCODE_SHIMS_H

#include <qrencode.h>

#endif
