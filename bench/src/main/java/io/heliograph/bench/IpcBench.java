package io.heliograph.bench;

/** Measures IPC; see {@code bench/ipc --help}. */
public final class IpcBench {

    private IpcBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(IpcSuite.SUITE, IpcMeasurement::new, args);
    }
}
