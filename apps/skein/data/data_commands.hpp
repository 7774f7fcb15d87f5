// The subcommands of skein data.
#pragma once

#include <string>
#include <vector>

namespace skein::app {

/// Each takes the arguments after its own name and returns the exit code.
int data_make_command(const std::vector<std::string>& arguments);
int data_convert_command(const std::vector<std::string>& arguments);
int data_info_command(const std::vector<std::string>& arguments);
int data_compress_command(const std::vector<std::string>& arguments);
int data_merge_command(const std::vector<std::string>& arguments);

}  // namespace skein::app
