package io.heliograph.rpc.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.frame.Frame;

/** Arbitrary binary messages: a response, if any, is a message of the protocol. */
class MsgpackRequestFuzzTest {

    private static final FuzzedServer SERVER = new FuzzedServer();

    @FuzzTest(maxDuration = "60s")
    void arbitraryBytesAreHandled(byte[] bytes) {
        Frame message = Frame.of(bytes);
        SERVER.send(message, SERVER.dialects().of(message, SERVER.dialects().msgpack()));
    }
}
