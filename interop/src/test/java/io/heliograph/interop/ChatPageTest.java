package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.ipc.IpcClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Demo page of {@code helio serve --demo} in a browser, with the npm client that the page loads. */
@Timeout(180) // four programs start, on a machine that may be busy
class ChatPageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Property with the file name of a screenshot for the documentation. */
    private static final String SCREENSHOT = "chat.screenshot";

    /** Script that returns the words of messages whose characters are not all in one line. */
    private static final String BROKEN_WORDS = """
            const broken = [];
            for (const item of document.querySelectorAll('#messages li, #news li')) {
              const text = item.lastChild;
              for (const word of text.textContent.matchAll(/\\S+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                if (range.getClientRects().length > 1) broken.push(word[0]);
              }
            }
            return broken;""";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void pagesExchangeMessagesAcrossServerRestart() {
        PeerProcess server = serve(0);
        URI url = page(server);
        WebDriver ada = open(url);
        WebDriver grace = open(url);

        join(ada, "Ada");
        join(grace, "Grace");
        say(ada, "What does the mirror on the hill say?");
        awaitMessages(grace, "Ada: What does the mirror on the hill say?");
        say(grace, "Three long flashes: the page works.");
        awaitMessages(ada, "Ada: What does the mirror on the hill say?", "Grace: Three long flashes: the page works.");

        server.kill9();
        awaitState(ada, "closed");
        awaitState(grace, "closed");
        say(ada, "Said while nobody listened.");
        assertThat(messages(grace)).hasSize(2);

        PeerProcess again = serve(url.getPort());
        assertThat(page(again)).isEqualTo(url);
        awaitMessages(
                grace,
                "Ada: What does the mirror on the hill say?",
                "Grace: Three long flashes: the page works.",
                "Ada: Said while nobody listened.");
        say(grace, "But heard in the end, once.");
        awaitMessages(
                ada,
                "Ada: What does the mirror on the hill say?",
                "Grace: Three long flashes: the page works.",
                "Ada: Said while nobody listened.",
                "Grace: But heard in the end, once.");
        await().atMost(PATIENCE)
                .until(() -> ada.findElements(By.cssSelector(".waiting")).isEmpty());
    }

    @Test
    void rejectedNameIsShownOnThePage() {
        WebDriver page = open(page(serve(0)));
        page.findElement(By.id("name")).sendKeys("mallory\n");
        await().atMost(PATIENCE)
                .until(() -> !page.findElement(By.id("problem")).getText().isEmpty());
        assertThat(page.findElement(By.id("problem")).getText()).contains("mallory");
        assertThat(page.findElement(By.id("say")).isDisplayed()).isFalse();
    }

    @Test
    void pageShowsWhatTheHubCanDo() throws IOException {
        WebDriver page = open(page(serve(0)));
        join(page, "Ada");
        awaitText(page, "present", "Ada (you)");

        IpcClient local = scratch.closing(IpcClient.builder(socketFile()).build());
        local.connect().orTimeout(20, TimeUnit.SECONDS).join();
        local.send("news", "hello from a Unix socket");
        awaitText(page, "news", "hello from a Unix socket");

        page.findElement(By.cssSelector("#call button")).click();
        awaitText(page, "result", "= 5");

        page.findElement(By.id("offline")).click();
        awaitState(page, "closed");
        local.send("news", "while you were offline");
        local.send("chat", Map.of("text", "are you there?"));
        awaitState(page, "open");
        awaitText(page, "missed", "2 messages were missed and recovered");
        awaitText(page, "news", "missed while you were offline");
        assertThat(messages(page)).hasSize(1);
        assertThat(page.findElement(By.id("commands")).getText())
                .contains("helio pub unix:" + socketFile() + " news", "/api/subscribe?channel=news");
        say(page, "yes");
        await().atMost(PATIENCE)
                .until(() -> messages(page).size() == 2
                        && page.findElements(By.cssSelector(".waiting")).isEmpty());
        assertAccessible((ChromeDriver) page);
        keepScreenshot(page);
    }

    @Test
    void nameInUseIsRejected() {
        URI url = page(serve(0));
        join(open(url), "Ada");
        WebDriver second = open(url);
        second.findElement(By.id("name")).sendKeys("Ada\n");
        awaitText(second, "problem", "the name Ada is in use");
        assertThat(second.findElement(By.id("say")).isDisplayed()).isFalse();
        join(second, "X"); // appended: AdaX
        awaitText(second, "present", "AdaX (you)");
    }

    /** Runs axe-core for each width and color scheme, and checks that nothing is wider than the window. */
    private static void assertAccessible(ChromeDriver page) throws IOException {
        page.executeScript(Files.readString(Path.of("node_modules/axe-core/axe.min.js")));
        for (int width : List.of(1280, 390, 320)) {
            for (String scheme : List.of("light", "dark")) {
                page.executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
                page.executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
                assertThat(page.executeAsyncScript("const done = arguments[0]; axe.run().then(({violations}) =>"
                                + " done(violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html))))"))
                        .as("findings of axe at width %s, %s", width, scheme)
                        .isEqualTo(List.of());
                assertThat(page.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                        .as("fits into width %s", width)
                        .isEqualTo(true);
                assertThat(page.executeScript(BROKEN_WORDS))
                        .as("words of messages that are broken at width %s", width)
                        .isEqualTo(List.of());
            }
        }
        page.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        page.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    private Path socketFile() {
        return scratch.path("hub.sock");
    }

    private static void awaitText(WebDriver page, String id, String text) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(page.findElement(By.id(id)).getDomProperty("textContent"))
                        .contains(text));
    }

    private PeerProcess serve(int port) {
        return scratch.closing(PeerProcess.program(
                "io.heliograph.cli.Helio",
                "serve",
                "--demo",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--socket",
                socketFile().toString()));
    }

    /** Opens the page of a server. */
    private static URI page(PeerProcess server) {
        URI socket = URI.create((String) server.await("listening").get("url"));
        return URI.create("http://127.0.0.1:" + socket.getPort() + "/");
    }

    private WebDriver open(URI page) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + scratch.path("browser" + System.nanoTime()));
        ChromeDriverService driver = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                .usingAnyFreePort()
                .build();
        WebDriver browser = new ChromeDriver(driver, options);
        scratch.closing(browser::quit);
        browser.manage().window().setSize(new Dimension(1280, 900));
        browser.get(page.toString());
        awaitState(browser, "open");
        return browser;
    }

    private static void join(WebDriver page, String name) {
        page.findElement(By.id("name")).sendKeys(name + "\n");
        await().atMost(PATIENCE).until(() -> page.findElement(By.id("say")).isDisplayed());
    }

    private static void say(WebDriver page, String text) {
        page.findElement(By.id("text")).sendKeys(text + "\n");
    }

    private static void awaitState(WebDriver page, String state) {
        await().atMost(PATIENCE)
                .until(() -> state.equals(page.findElement(By.id("state")).getDomAttribute("data-state")));
    }

    private static void awaitMessages(WebDriver page, String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(messages(page)).containsExactly(expected));
    }

    /** Content of the page, read at once. */
    @SuppressWarnings("unchecked") // a list of texts, as the script makes it
    private static List<String> messages(WebDriver page) {
        return (List<String>) Objects.requireNonNull(((ChromeDriver) page)
                .executeScript("return [...document.querySelectorAll('#messages li')].map(item =>"
                        + " item.querySelector('.from').textContent + ': ' + item.lastChild.textContent)"));
    }

    private static void keepScreenshot(WebDriver page) {
        String file = System.getProperty(SCREENSHOT);
        if (file != null) {
            byte[] picture = ((ChromeDriver) page).getScreenshotAs(OutputType.BYTES);
            try {
                Files.write(Path.of(file), picture);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
