package io.heliograph.cli.realtime;

import io.heliograph.realtime.RealtimeCodec;
import picocli.CommandLine.Option;

/** Form of the packets, which clients and servers must share. */
final class PacketOptions {

    /** Encoding of packets. */
    enum Codec {
        json,
        min_bin;

        @Override
        public String toString() {
            return name().replace('_', '-');
        }

        RealtimeCodec codec() {
            return this == json ? RealtimeCodec.json() : RealtimeCodec.minBin();
        }
    }

    @Option(
            order = 7,
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "Protocol version, 1 or 2; must match the peer (default: ${DEFAULT-VALUE}).")
    int protocol;

    @Option(
            order = 8,
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "json",
            description = "json, or min-bin for sc-codec-min-bin; must match the peer (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Codec codec;
}
