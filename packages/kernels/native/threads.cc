#include "threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace moekit {
namespace {

int wanted_threads() {
  const char* set = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int given = set ? std::atoi(set) : 0;
  return given > 0 ? given : std::max(1u, std::thread::hardware_concurrency());
}

/// How long a thread looks out for what it waits for before it sleeps. Waking it takes some 60 microseconds on a virtual
/// machine, as long as a small operation, and within a training step the next operation comes sooner than this.
constexpr std::chrono::microseconds kAwake{200};

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Whether `met` came true while awake.
template <class Condition>
bool watch(Condition met) {
  const auto until = std::chrono::steady_clock::now() + kAwake;
  do {
    for (int i = 0; i < 32; i++) {
      if (met()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < until);
  return false;
}

/// Threads that wait for a job and take its tasks one by one. They live as long as the process.
class Pool {
 public:
  explicit Pool(int size) : size_(size) {
    for (int i = 1; i < size; i++) std::thread([this] { work(); }).detach();
  }

  int size() const { return size_; }

  void run(int64_t count, const std::function<void(int64_t)>& task) {
    std::unique_lock<std::mutex> job(one_job_, std::try_to_lock);
    if (!job || size_ == 1 || count == 1) {
      for (int64_t i = 0; i < count; i++) task(i);
      return;
    }
    begin(count, task);
    take(task);
    finish();
  }

 private:
  void begin(int64_t count, const std::function<void(int64_t)>& task) {
    {
      std::lock_guard<std::mutex> lock(state_);
      next_ = 0;
      count_ = count;
      task_ = &task;
      generation_++;
    }
    wake_.notify_all();
  }

  void finish() {
    {
      std::lock_guard<std::mutex> lock(state_);
      task_ = nullptr;  // a thread that wakes only now finds nothing to do
    }
    const auto idle = [this] { return busy_ == 0; };
    watch(idle);
    std::unique_lock<std::mutex> lock(state_);
    done_.wait(lock, idle);
  }

  void take(const std::function<void(int64_t)>& task) {
    for (int64_t i; (i = next_.fetch_add(1)) < count_;) task(i);
  }

  void work() {
    uint64_t seen = 0;
    const auto called = [&] { return generation_ != seen; };
    for (;;) {
      watch(called);
      std::unique_lock<std::mutex> lock(state_);
      wake_.wait(lock, called);
      seen = generation_;
      const std::function<void(int64_t)>* task = task_;
      if (!task) continue;
      busy_++;
      lock.unlock();
      take(*task);
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  const int size_;
  std::mutex one_job_, state_;
  std::condition_variable wake_, done_;
  // Written under `state_`, watched without it.
  std::atomic<uint64_t> generation_{0};
  std::atomic<int> busy_{0};
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  const std::function<void(int64_t)>* task_ = nullptr;
};

/// Never destroyed: its threads may still wait when the process ends.
Pool& pool() {
  static Pool* const made = new Pool(wanted_threads());
  return *made;
}

}  // namespace

int threads() { return pool().size(); }

void parallel(int64_t count, const std::function<void(int64_t)>& task) { pool().run(count, task); }

void parallel_ranges(int64_t size, int64_t most,
                     const std::function<void(int64_t, int64_t)>& task) {
  parallel((size + most - 1) / most,
           [&](int64_t i) { task(i * most, std::min(size, (i + 1) * most)); });
}

}  // namespace moekit
