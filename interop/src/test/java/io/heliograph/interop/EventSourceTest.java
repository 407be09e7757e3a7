package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** {@code EventSource} of a browser, without a library, at a hub. */
@Timeout(120)
class EventSourceTest {

    private static final String PAGE = "<!doctype html><title>events</title><script>"
            + "const log = []; const source = new EventSource('/api/subscribe?channel=c');"
            + "source.onmessage = ({data}) => log.push(data);"
            + "source.addEventListener('subscribed', ({data}) => log.push(JSON.parse(data).recovered ?? 'new'));"
            + "</script>";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void browserRecoversWhatItMissed() {
        Hub hub = scratch.closing(Hub.builder()
                .daemon(true)
                .listen("http://127.0.0.1:0/api", Protocols.http())
                .serve("/", request -> HttpResponse.of(200, "text/html; charset=utf-8", Frame.utf8(PAGE)))
                .build());
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        ChromeDriver browser = open();
        browser.get("http://127.0.0.1:"
                + URI.create(hub.listeners().getFirst().url()).getPort() + "/");
        awaitLog(browser, List.of("new"));

        List<Object> expected = new ArrayList<>(List.of("new"));
        for (int round = 0; round < 3; round++) {
            publish(hub, round * 10);
            expected.add(Integer.toString(round * 10));
            awaitLog(browser, expected);
            hub.connections().forEach(connection -> connection.close("broken"));
            await().until(() -> hub.connections().isEmpty());
            publish(hub, round * 10 + 1);
            publish(hub, round * 10 + 2);
            expected.add(true);
            expected.add(Integer.toString(round * 10 + 1));
            expected.add(Integer.toString(round * 10 + 2));
            awaitLog(browser, expected);
        }
    }

    private static void publish(Hub hub, int number) {
        hub.channel("c").publish(number).orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static void awaitLog(ChromeDriver browser, List<Object> expected) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(browser.executeScript("return log")).isEqualTo(expected));
    }

    private ChromeDriver open() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--user-data-dir=" + scratch.path("browser"));
        ChromeDriver browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
        scratch.closing(browser::quit);
        return browser;
    }
}
