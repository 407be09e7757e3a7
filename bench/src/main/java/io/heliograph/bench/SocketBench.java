package io.heliograph.bench;

/** Measures typed sockets; see {@code bench/socket --help}. */
public final class SocketBench {

    private SocketBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(SocketSuite.SUITE, SocketMeasurement::new, args);
    }
}
