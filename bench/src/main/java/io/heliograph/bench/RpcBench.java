package io.heliograph.bench;

/** Measures RPC; see {@code bench/rpc --help}. */
public final class RpcBench {

    private RpcBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(RpcSuite.SUITE, RpcMeasurement::new, args);
    }
}
