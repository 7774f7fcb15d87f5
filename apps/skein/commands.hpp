// The commands of the program.
#pragma once

#include <string>
#include <vector>

namespace skein::app {

/// Each takes the arguments after its own name and returns the exit code.
int train_command(const std::vector<std::string>& arguments);
int gradient_command(const std::vector<std::string>& arguments);
int sweep_command(const std::vector<std::string>& arguments);
int boundary_command(const std::vector<std::string>& arguments);
int data_command(const std::vector<std::string>& arguments);
int evaluate_command(const std::vector<std::string>& arguments);
int predict_command(const std::vector<std::string>& arguments);

}  // namespace skein::app
