// How the process's heap treats memory that is freed.

#pragma once

namespace detailbase {

// Freed blocks of up to 32 MB stay with the process, up to `bytes` of them in one piece, for all
// threads alike. Does nothing where the C library is not glibc.
void keep_freed_memory(int bytes);

}  // namespace detailbase
