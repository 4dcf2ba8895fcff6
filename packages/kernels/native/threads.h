// One pool of threads for all operations. Which thread runs a task never matters to a result: every task owns the
// numbers it writes, and computes each in an order that depends on sizes alone.
#pragma once
#include <cstdint>
#include <functional>

namespace moekit {

/// Threads that work at once, the caller among them: TF_NUM_INTRAOP_THREADS, else the processors this process may use.
int threads();

/// Runs task(0) ... task(count - 1), in any order, on all threads; returns when all are done.
void parallel(int64_t count, const std::function<void(int64_t)>& task);

/// [0, size) cut into consecutive ranges of at most `most`, one task each: task(first, last).
void parallel_ranges(int64_t size, int64_t most, const std::function<void(int64_t, int64_t)>& task);

}  // namespace moekit
