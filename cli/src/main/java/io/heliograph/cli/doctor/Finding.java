package io.heliograph.cli.doctor;

/**
 * Result of one check.
 *
 * @param fix remedy; empty if the result is {@link Level#OK}
 */
record Finding(Level level, String check, String text, String fix) {

    /** Severity of a finding. */
    enum Level {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String check, String text) {
        return new Finding(Level.OK, check, text, "");
    }

    static Finding warn(String check, String text, String fix) {
        return new Finding(Level.WARN, check, text, fix);
    }

    static Finding fail(String check, String text, String fix) {
        return new Finding(Level.FAIL, check, text, fix);
    }
}
