"""Plans by tensor operations: any network, any rule, many plans side by side."""
