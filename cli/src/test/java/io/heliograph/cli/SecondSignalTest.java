package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Payload;
import io.heliograph.rpc.RpcClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SecondSignalTest {

    @Test
    void secondSignalExitsAtOnce() throws Exception {
        Process serve = HelioProcess.start("serve", "--demo", "--port", "0", "--grace", "1h");
        BufferedReader out = serve.inputReader(StandardCharsets.UTF_8);
        String url = out.readLine().replaceAll(".*\"ws(:[^\"]*)/socketcluster/\".*", "http$1");
        while (!out.readLine().contains("\"page\"")) {
            // The server is open then.
        }
        try (RpcClient client = RpcClient.builder(URI.create(url.replace("http", "ws") + "/rpc"))
                .build()) {
            client.connect().join();
            CompletableFuture<Payload> running = client.call("sleep", List.of(25_000));
            client.call("sleep", List.of(0)).join();
            HelioProcess.signal(serve, "TERM");
            while (status(url + "/readyz") == 200) {
                Thread.onSpinWait();
            }
            assertThat(serve.isAlive()).isTrue();
            assertThat(running).isNotDone();
            HelioProcess.signal(serve, "TERM");
            assertThat(HelioProcess.exitCode(serve)).isEqualTo(130);
        }
    }

    private static int status(String url) throws IOException {
        try {
            return ((HttpURLConnection) URI.create(url).toURL().openConnection()).getResponseCode();
        } catch (ConnectException stopped) {
            return 503; // a draining server has stopped listening
        }
    }
}
