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
class OrderedPieces {
public:
    OrderedPieces(const Read& read, const Work& work, const Write& write) : read_(read), work_(work), write_(write) {}

    template <class Piece>
    void run(Piece& piece) {
        std::uint64_t turn = 0;
        std::exception_ptr failure;
        while (take(piece, turn, failure)) {
            try {
                if (!failure) work_(piece);
            } catch (...) {
                failure = std::current_exception();
            }
            give(piece, turn, failure);
        }
    }

    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    /// Reads the next piece. If that fails, `failure` takes the turn of the piece.
    template <class Piece>
    bool take(Piece& piece, std::uint64_t& turn, std::exception_ptr& failure) {
        const std::lock_guard lock(read_mutex_);
        if (is_over_) return false;
        try {
            is_over_ = !read_(piece);
            if (is_over_) return false;
        } catch (...) {
            failure = std::current_exception();
            is_over_ = true;
        }
        turn = num_taken_++;
        return true;
    }

    /// Writes the piece when its turn comes. The first failure in this order is the one that is thrown.
    template <class Piece>
    void give(Piece& piece, std::uint64_t turn, const std::exception_ptr& failure) {
        std::unique_lock lock(write_mutex_);
        may_write_.wait(lock, [&] { return turn == turn_; });
        try {
            if (!failure_ && failure) failure_ = failure;
            if (!failure_) write_(piece);
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

/// Calls read(piece) until it returns false, then work(piece) and write(piece) for each piece read. read and write run
/// for one piece at a time, in the order of reading, so the result does not depend on the number of threads; work runs
/// for several pieces at once. There are as many pieces as threads. An exception ends the work and is thrown again
/// here: that of the first piece that failed.
template <class Piece, class Read, class Work, class Write>
void for_each_in_order(int num_threads, const Piece& empty, const Read& read, const Work& work, const Write& write) {
    OrderedPieces<Read, Work, Write> pieces(read, work, write);
    std::vector<std::thread> helpers;
    std::vector<Piece> buffers(static_cast<std::size_t>(num_threads), empty);
    try {
        for (std::size_t helper = 1; helper < buffers.size(); ++helper) {
            helpers.emplace_back([&pieces, &buffer = buffers[helper]] { pieces.run(buffer); });
        }
    } catch (const std::system_error&) {  // no more threads: fewer do the same work
    }
    pieces.run(buffers[0]);
    for (std::thread& helper : helpers) {
        helper.join();
    }
    pieces.rethrow();
}

}  // namespace skein::app
