package io.heliograph.server.config;

import java.util.List;

/** All errors of a configuration, each with its source and the expected value. */
public final class ConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final List<String> errors;

    ConfigException(List<String> errors) {
        super(String.join("\n", errors));
        this.errors = List.copyOf(errors);
    }

    /** The errors, one line each, in the order of the file, the environment and the options. */
    public List<String> errors() {
        return errors;
    }
}
