// A pipeline of three steps on pieces of work, with a bounded number of buffers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace skein::app {

/// What the threads of for_each_in_order() share.
template <class Read, class Work, class Write>
class OrderedBlocks {
public:
    OrderedBlocks(const Read& read, const Work& work, const Write& write) : read_(read), work_(work), write_(write) {}

    template <class Block>
    void run(Block& block) {
        std::uint64_t turn = 0;
        std::exception_ptr failure;
        while (take(block, turn, failure)) {
            try {
                if (!failure) work_(block);
            } catch (...) {
                failure = std::current_exception();
            }
            give(block, turn, failure);
        }
    }

    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    /// Reads the next block, or fails to: then `failure` takes the block's turn.
    template <class Block>
    bool take(Block& block, std::uint64_t& turn, std::exception_ptr& failure) {
        const std::lock_guard lock(read_mutex_);
        if (is_over_) return false;
        try {
            is_over_ = !read_(block);
            if (is_over_) return false;
        } catch (...) {
            failure = std::current_exception();
            is_over_ = true;
        }
        turn = num_taken_++;
        return true;
    }

    /// Writes the block after those before it. The first failure in this order is the one that counts.
    template <class Block>
    void give(Block& block, std::uint64_t turn, const std::exception_ptr& failure) {
        std::unique_lock lock(write_mutex_);
        may_write_.wait(lock, [&] { return turn == turn_; });
        try {
            if (!failure_ && failure) failure_ = failure;
            if (!failure_) write_(block);
        } catch (...) {
            failure_ = std::current_exception();
        }
        const bool has_failed = failure_ != nullptr;
        ++turn_;
        lock.unlock();
        may_write_.notify_all();
        if (has_failed) {
            const std::lock_guard reading(read_mutex_);
            is_over_ = true;
        }
    }

    const Read& read_;
    const Work& work_;
    const Write& write_;
    std::mutex read_mutex_;
    bool is_over_ = false;
    std::uint64_t num_taken_ = 0;
    std::mutex write_mutex_;
    std::condition_variable may_write_;
    std::uint64_t turn_ = 0;
    std::exception_ptr failure_;
};

/// Calls read(block) until it returns false, work(block) and write(block): read and write for one block at a time, in
/// the order in which they were read, so that it does not matter how many threads there are; work for several at once.
/// There are as many blocks as threads. An exception ends it, and is thrown again here: that of the first block.
template <class Block, class Read, class Work, class Write>
void for_each_in_order(int num_threads, const Block& empty, const Read& read, const Work& work, const Write& write) {
    OrderedBlocks<Read, Work, Write> blocks(read, work, write);
    std::vector<std::thread> helpers;
    std::vector<Block> buffers(static_cast<std::size_t>(num_threads), empty);
    try {
        for (std::size_t helper = 1; helper < buffers.size(); ++helper) {
            helpers.emplace_back([&blocks, &buffer = buffers[helper]] { blocks.run(buffer); });
        }
    } catch (const std::system_error&) {  // the system has no more threads for us: fewer do the same
    }
    blocks.run(buffers[0]);
    for (std::thread& helper : helpers) {
        helper.join();
    }
    blocks.rethrow();
}

}  // namespace skein::app
