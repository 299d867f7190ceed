pytest_plugins = ["oss_emulator"]
