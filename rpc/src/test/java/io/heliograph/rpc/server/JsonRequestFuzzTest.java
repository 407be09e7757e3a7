package io.heliograph.rpc.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.frame.Frame;

/** Arbitrary text messages: a response, if any, is a message of the protocol. */
class JsonRequestFuzzTest {

    private static final FuzzedServer SERVER = new FuzzedServer();

    @FuzzTest(maxDuration = "60s")
    void arbitraryTextIsHandled(byte[] bytes) {
        SERVER.send(Frame.of(bytes).asText(), SERVER.dialects().json());
    }
}
