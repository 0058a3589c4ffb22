using System.Globalization;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>Real messages and pickles of each type with bytes changed: whatever comes of it, it is read or refused, and nothing else.</summary>
public sealed class PickleFuzzTests(PythonPickles python) : IClassFixture<PythonPickles>
{
    private const string SeedVariable = "CELERYNET_TEST_SEED";
    private const int Inputs = 20_000;
    private const long MostAllocated = 32L * 1024 * 1024;

    private static readonly ContentLimits _limits = new() { MaxSize = 1024 * 1024 };

    // Instructions, and the largest lengths, are what bytes are changed to most often: others lead nowhere soon.
    private static readonly byte[] _instructions = PickleBytes.Of(
        "(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC", "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\xff\x7f\0");

    // Whole instructions: values, and what is done with them. A program of them gets further than changed bytes do.
    private static readonly byte[][] _steps =
    [
        .. new[]
        {
            "N", "\x88", "K\x05", "J\xff\xff\xff\xff", "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "G\x7f\xf0\0\0\0\0\0\0", "\x8c\x03int", "\x8c\x06status", "\x8c\x06result",
            "\x8c\x07" + "FAILURE", "\x8c\x0b" + "Europe/Rome", "\x8c\x06latin1", "\x8c\x01" + "5", "C\x0a\x07\xea\x01\x02\x03\x04\x05\x00\x00\x06", "C\x04\x07\xea\x01\x02", ")", "]", "}", "\x8f",
            "cdatetime\ndatetime\n", "cdatetime\ntime\n", "cdatetime\ntimedelta\n", "cdatetime\ntimezone\n", "cdecimal\nDecimal\n", "cuuid\nUUID\n", "cbuiltins\ncomplex\n", "cbuiltins\nset\n",
            "cbuiltins\ngetattr\n", "c_codecs\nencode\n", "czoneinfo\nZoneInfo\n", "ccollections\nOrderedDict\n", "ccollections\ndeque\n", "ccelery.canvas\nsignature\n", "ccelery.app.base\n_unpickle_appattr\n", "cproj\nError\n",
            "cdateutil.tz.tz\ntzoffset\n",
            "(", "(", "(", "0", "1", "2", "a", "e", "s", "u", "t", "l", "d", "o", "b", "R", "R", "R", "\x81", "\x92", "\x85", "\x85", "\x86", "\x86", "\x87", "\x90", "\x91", "\x93", "\x94", "q\0", "q\x01", "h\0", "h\x01",
        }.Select(step => PickleBytes.Of(step)),
    ];

    [Fact]
    public void Program_of_any_instructions_is_read_or_refused()
    {
        var (seed, random) = Start();
        var (read, refused) = (0, 0);
        for (var i = 0; i < Inputs; i++)
        {
            var input = new List<byte>();
            for (var length = random.Next(1, 40); length > 0; length--)
            {
                input.AddRange(_steps[random.Next(_steps.Length)]);
            }

            // One value is left, if any.
            input.AddRange(PickleBytes.Of("\x85."));
            Try([.. input], seed, ref read, ref refused);
        }

        read.ShouldBeGreaterThan(Inputs / 1000);
        refused.ShouldBeGreaterThan(Inputs / 10);
    }

    [Fact]
    public void Message_with_changed_bytes_is_read_or_refused()
    {
        var (seed, random) = Start();
        List<byte[]> messages = [.. Messages(), .. python.Values.Select(value => value.Body), .. python.Failures.Select(failure => failure.Body)];
        messages.Count.ShouldBeGreaterThan(200);
        var (read, refused) = (0, 0);

        for (var i = 0; i < Inputs; i++)
        {
            Try(Change(messages[random.Next(messages.Count)], messages[random.Next(messages.Count)], random), seed, ref read, ref refused);
        }

        // Both ways were gone.
        read.ShouldBeGreaterThan(Inputs / 100);
        refused.ShouldBeGreaterThan(Inputs / 10);
    }

    private static (int Seed, Random Random) Start()
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        return (seed, new Random(seed));
    }

    private static void Try(byte[] input, int seed, ref int read, ref int refused)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            // What was read is JSON that can be written again.
            new PickleCelerySerializer().Encode(new PickleCelerySerializer().Decode(input, "binary", _limits));
            read++;
        }
        catch (MalformedMessageException)
        {
            refused++;
        }
        catch (Exception error)
        {
            Assert.Fail($"{SeedVariable}={seed} repeats this. {Convert.ToBase64String(input)} gave {error}");
        }

        if (GC.GetAllocatedBytesForCurrentThread() - allocated > MostAllocated)
        {
            Assert.Fail($"{SeedVariable}={seed} repeats this. {Convert.ToBase64String(input)} took {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes.");
        }
    }

    private static byte[] Change(byte[] message, byte[] other, Random random)
    {
        var bytes = message.ToList();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = _instructions[random.Next(_instructions.Length)]; break;
                case 2: bytes.Insert(at, _instructions[random.Next(_instructions.Length)]); break;
                case 3: bytes.RemoveAt(at); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                default:
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 30))]);
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static byte[][] Messages() =>
    [
        .. new[] { "celery-5.2.6", "celery-5.6" }
            .Select(version => Repository.PathOf("tests", "vectors", version, "amqp"))
            .SelectMany(folder => (string[])[.. Directory.GetFiles(Path.Combine(folder, "types-pickle")), .. Directory.GetFiles(Path.Combine(folder, "serializers"), "pickle-*")])
            .Order(StringComparer.Ordinal)
            .Select(file => JsonElement.Parse(File.ReadAllBytes(file)).GetProperty("messages")[0].GetProperty("body_b64").GetBytesFromBase64()),
    ];
}
