using System.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>Pickles that would run code, or take all memory or time. Each is refused, at once.</summary>
public sealed class HostilePickleTests
{
    private const int Mebibyte = 1024 * 1024;

    // A text of 60,000 bytes.
    private const string Text60K = "X\x60\xea\0\0";

    public static TheoryData<string, string> Calls { get; } = new()
    {
        { "cos\nsystem\n(S'id'\ntR.", "os.system" },
        { "cposix\nsystem\n\x8c\x02id\x85R.", "posix.system" },
        { "\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", "os.system" },
        { "(S'id'\nios\nsystem\n.", "os.system" },
        { "(cos\nsystem\nS'id'\no.", "os.system" },
        { "cos\nsystem\n\x8c\x02id\x85\x81.", "os.system" },
        { "cos\nsystem\n\x8c\x02id\x85}\x92.", "os.system" },
        { "cos\nsystem\n)}(Vcommand\nVid\nu\x92.", "os.system" },
        { "c__builtin__\neval\n(S'1'\ntR.", "builtins.eval" },
        { "cbuiltins\nexec\n(S'1'\ntR.", "builtins.exec" },
        { "cbuiltins\ngetattr\n(cos\npath\nVexists\ntR(V/\ntR.", "builtins.getattr" },
        { "cbuiltins\ngetattr\n(czoneinfo\nZoneInfo\nV__class__\ntR.", "builtins.getattr" },
        { "\x8c\x08" + "datetime\x8c\x12" + "datetime.__class__\x93)R.", "datetime.datetime.__class__" },
        { "\x8c\x0b" + "collections\x8c\x15OrderedDict.fromkeys.\x93)R.", "collections.OrderedDict.fromkeys." },
        { "ccopyreg\n_reconstructor\n(cproj.models\nOrder\ncbuiltins\nobject\nNtR.", "copyreg._reconstructor" },
        { "cproj.models\nOrder\n)\x81}(Vid\nI1\nub.", "proj.models.Order" },
        { "cproj.models\nOrder\n)\x81}(Vid\nI1\nub]\x85\x85.", "more than one value" },
        { "cproj.models\nBag\n)\x81(I1\ne.", "proj.models.Bag" },
        { "cproj.models\nBag\n)\x81Vk\nI1\ns.", "proj.models.Bag" },
        { "cproj.models\nBag\n)\x81(I1\n\x90.", "proj.models.Bag" },
        { "cproj.models\nOrder\n)RVx\n\x85R.", "proj.models.Order" },
        { "cproj.models\nOrder\n.", "proj.models.Order" },
        { "ccollections\ndefaultdict\n(cos\nsystem\ntR.", "collections.defaultdict" },
        { "c__main__\nOrder\n)R}I1\ns.", "__main__.Order" },
        { "ccelery.canvas\nsignature\n(Vx\ntR.", "celery.canvas.signature" },
        { "ccelery.app.base\n_unpickle_appattr\n(Vcontrol.purge\n(ttR.", "celery.app.base._unpickle_appattr" },
        { "ccelery.app.base\n_unpickle_appattr\n(VAsyncResult\n(Vid\nttR.", "celery.app.base._unpickle_appattr" },
        { "ccelery.result\nresult_from_tuple\n(Vid\ntR.", "celery.result.result_from_tuple" },
        { "}cos\nsystem\n)RI1\ns.", "os.system" },
        { "Pfile:1\n.", "persistent id" },
        { "Vfile:1\nQ.", "persistent id" },
        { "\x82\x01.", "extension registry" },
        { "\x83\x01\0.", "extension registry" },
        { "\x84\x01\0\0\0.", "extension registry" },
        { "\x97.", "buffer" },
        { "]\x98.", "buffer" },
    };

    public static TheoryData<string, string> Broken { get; } = new()
    {
        { "", "in the middle" },
        { ".", "more than one value" },
        { "N", "in the middle" },
        { "N.N", "goes on after its end" },
        { "NN.", "more than one value" },
        { "(N.", "more than one value" },
        { "\x80\x06N.", "protocol 6" },
        { "J\x01\x02", "4 bytes" },
        { "X\xff\xff\xff\xffhello.", "4294967295 bytes" },
        { "T\xff\xff\xff\xffhello.", "4294967295 bytes" },
        { "B\xff\xff\xff\x7fhello.", "2147483647 bytes" },
        { "\x8e\xff\xff\xff\xff\xff\xff\xff\xffhello.", "18446744073709551615 bytes" },
        { "\x8d\0\0\0\0\0\0\0\x80hello.", "9223372036854775808 bytes" },
        { "\x96\0\0\0\0\x01\0\0\0hello.", "4294967296 bytes" },
        { "\x8b\xff\xff\xff\x7f\x01.", "2147483647 bytes" },
        { "\x8b\xff\xff\xff\xff\x01.", "4294967295 bytes" },
        { "\x8b\0\0\0\x80\x01.", "2147483648 bytes" },
        { "\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", "a frame states" },
        { "\x95\x05\0\0\0\0\0\0\0N.", "a frame states" },
        { "h\0.", "refers back to value 0" },
        { "j\xff\xff\xff\xff.", "refers back to value 4294967295" },
        { "g-1\n.", "a reference back is no number" },
        { "Nr\xff\xff\xff\xff.", "keeps value 4294967295" },
        { "Np99999999999999999999\n.", "a reference back is no number" },
        { "Np7\n.", "keeps value 7" },
        { "q\0N.", "needs a value" },
        { "e.", "needs a mark" },
        { "](0e.", "needs a mark" },
        { "](a.", "needs a value" },
        { "N(e.", "appends to a None" },
        { "]N}Vk\nI1\ne.", "needs a mark" },
        { "](Vk\nu.", "sets items of a list" },
        { "}(Vk\nu.", "sets items of a dict" },
        { "](I1\n\x90.", "adds to a list" },
        { "\x8f(I1\ne.", "appends to a set" },
        { "]}b.", "sets attributes of a list" },
        { "I1\n)R.", "calls a int" },
        { "cdatetime\ndate\n]R.", "calls with a list" },
        { "(o.", "calls nothing" },
        { "I1\nI2\n\x93.", "two strings" },
        { "cdatetime", "does not end" },
        { "Iabc\n.", "other characters than digits" },
        { "Fabc\n.", "is no number" },
        { "Sabc\n.", "not in quotes" },
        { "S'\\q'\n.", "escape" },
        { "U\x01\xe9.", "beyond ASCII" },
        { "V\\u12\n.", "\\u escape" },
        { "V\\UFFFFFFFF\n.", "\\u escape" },
        { "\x8c\x01\xff.", "not UTF-8" },
        { "\x8c\x02\xed\xa0.", "not UTF-8" },
        { "cdatetime\ndatetime\nC\x0a\0\0\0\0\0\0\0\0\0\0\x85R.", "no date of year 0" },
        { "cdatetime\ndatetime\nC\x0a\x07\xea\x02\x1d\0\0\0\0\0\0\x85R.", "no date of year 2026, month 2, day 29" },
        { "cdatetime\ndatetime\nC\x0a\x07\xea\x01\x01\x18\0\0\0\0\0\x85R.", "no time of 24 hours" },
        { "cdatetime\ndatetime\nC\x0a\x07\xea\x01\x01\0\0\0\xff\xff\xff\x85R.", "16777215 microseconds" },
        { "cdatetime\ndatetime\nC\x09\x07\xea\x01\x01\0\0\0\0\0\x85R.", "a datetime is not made of" },
        { "cdatetime\ndate\n)R.", "a date is not made of" },
        { "cdatetime\ntimedelta\n(I999999999\nI0\nI0\ntR.", "timedelta has 999999999 days" },
        { "cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I1\ntRtR.", "less than a day" },
        { "cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\ntRtR.", "a time zone stands where a value should" },
        { "cdecimal\nDecimal\n(V1_000\ntR.", "no number" },
        { "cdecimal\nDecimal\n(V\ntR.", "no number" },
        { "cuuid\nUUID\n)\x81.", "a UUID has no number" },
        { "cuuid\nUUID\n)\x81}(Vint\nI-1\nub.", "no number of 128 bits" },
        { "cuuid\nUUID\n)\x81}(Vint\nL999999999999999999999999999999999999999L\nub.", "no number of 128 bits" },
        { "c_codecs\nencode\n(V\\u0100\nVlatin1\ntR.", "beyond latin1" },
        { "c_codecs\nencode\n(Va\nVzlib\ntR.", "encoding zlib" },
        { "\xff.", "0xff, which is no instruction" },
    };

    // Names that a lookup by file would open.
    public static TheoryData<string> ZoneNames { get; } = ["/dev/zero", "../../../etc/passwd", "Europe/../../../etc/passwd", "", "x\0y", "Nowhere/Nothing", new string('a', 5000)];

    [Theory]
    [MemberData(nameof(Calls))]
    public void Pickle_that_would_run_code_is_refused_by_the_name_of_the_code(string pickle, string name)
        => PickleBytes.Refusal(PickleBytes.Of(pickle)).ShouldContain(name);

    [Fact]
    public void Refusal_tells_what_to_do()
        => PickleBytes.Refusal(PickleBytes.Of("cproj.models\nOrder\n)R.")).ShouldBe(
            "To read the pickle would call code: proj.models.Order; only data is read here. Send plain values, or use json.");

    [Fact]
    public void Name_in_a_refusal_is_fit_for_a_log()
        => PickleBytes.Refusal(PickleBytes.Of("\x8c\x05" + "a\r\nb\x1b\x8c\xc8" + new string('x', 200) + "\x93.")).ShouldBe(
            $"To read the pickle would call code: a??b?.{new string('x', 100)}…; only data is read here. Send plain values, or use json.");

    [Fact]
    public async Task What_runs_in_Python_does_not_run_here()
    {
        using var directory = new TestDirectory();
        var trace = Path.Combine(directory.Path, "trace");
        var pickle = PickleBytes.Of($"cposix\nsystem\n(Vtouch {trace}\ntR.");

        PickleBytes.Refusal(pickle).ShouldContain("posix.system");
        File.Exists(trace).ShouldBeFalse();

        // The pickle is one that does what it says.
        var script = Path.Combine(directory.Path, "load.py");
        await File.WriteAllTextAsync(script, $"import base64, pickle\nprint('LOADED', pickle.loads(base64.b64decode('{Convert.ToBase64String(pickle)}')))", TestContext.Current.CancellationToken);
        await using var python = PythonProcess.StartScript(script);
        await python.WaitForLineAsync("LOADED 0");
        File.Exists(trace).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Pickle_that_is_none_is_refused_with_the_reason(string pickle, string reason)
        => PickleBytes.Refusal(PickleBytes.Of(pickle)).ShouldContain(reason);

    [Theory]
    [MemberData(nameof(ZoneNames))]
    public void Name_of_a_time_zone_opens_no_other_file(string name)
        => PickleBytes.Refusal(PickleBytes.Of("czoneinfo\nZoneInfo\nX", PickleBytes.Int32(name.Length), name, "\x85R.")).ShouldContain("is not known on this machine");

    [Fact]
    public void What_contains_itself_is_refused()
    {
        PickleBytes.Refusal(PickleBytes.Of("]q\0h\0a.")).ShouldContain("64 levels");
        PickleBytes.Refusal(PickleBytes.Of("}q\0Vk\nh\0s.")).ShouldContain("64 levels");
        PickleBytes.Refusal(PickleBytes.Of("]q\0h\0\x85q\x01" + "a0h\x01.")).ShouldContain("64 levels");
    }

    public static TheoryData<string, byte[], string> Bombs { get; } = new()
    {
        { "lists in lists", PickleBytes.Of(PickleBytes.Times(50_000, "]"), PickleBytes.Times(49_999, "a"), "."), "64 levels" },
        { "tuples in tuples", PickleBytes.Of(")", PickleBytes.Times(50_000, "\x85"), "."), "64 levels" },
        { "maps in maps", PickleBytes.Of(PickleBytes.Times(15_000, "}Vk\n"), "N", PickleBytes.Times(15_000, "s"), "."), "64 levels" },
        { "marks in marks", PickleBytes.Of(PickleBytes.Times(100_000, "("), PickleBytes.Times(100_000, "t"), "."), "64 levels" },
        { "doubled thirty times", PickleBytes.Of("(]q\0", PickleBytes.Times(30, "h\0h\0\x86q\0"), "1h\0."), "bytes as JSON" },
        { "text a thousand times", PickleBytes.Of("](", Text60K, new string('x', 60_000), "q\0", PickleBytes.Times(1000, "h\0"), "e."), "bytes as JSON" },
        { "a text that is long as JSON", PickleBytes.Of("X", PickleBytes.Int32(Mebibyte - 10), new string('\0', Mebibyte - 10), "."), "bytes as JSON" },
        { "a million lists", PickleBytes.Of("(", PickleBytes.Times(Mebibyte - 10, "]"), "t."), "of memory" },
        { "a million maps", PickleBytes.Of("(", PickleBytes.Times(Mebibyte - 10, "}"), "t."), "of memory" },
        { "a million marks", PickleBytes.Of(PickleBytes.Times(Mebibyte - 10, "("), "."), "of memory" },
        { "a million values kept", PickleBytes.Of("(", PickleBytes.Times((Mebibyte / 2) - 10, "N\x94"), "1N."), "of memory" },
        { "a value kept a million times", PickleBytes.Of("N", PickleBytes.Times(Mebibyte - 10, "\x94"), "."), "keeps value 2" },
        { "a list copied", PickleBytes.Of("(](", PickleBytes.Times(10_000, "N"), "eq\0", PickleBytes.Times(20_000, "cbuiltins\nset\nh\0\x85R"), "t."), "of memory" },
        { "a map copied", PickleBytes.Of("(}q\0(", PickleBytes.Times(5_000, "Vk\nN"), "u", PickleBytes.Times(20_000, "ccollections\nCounter\nh\0\x85R"), "t."), "of memory" },
        { "a text encoded", PickleBytes.Of("(", Text60K, new string('x', 60_000), "q\0", PickleBytes.Times(20_000, "c_codecs\nencode\nh\0U\x06latin1\x86R"), "t."), "of memory" },
        { "a text as a number", PickleBytes.Of("(", Text60K, new string('1', 60_000), "q\0", PickleBytes.Times(20_000, "cdecimal\nDecimal\nh\0\x85R"), "t."), "of memory" },
        { "a text as a key", PickleBytes.Of("(", Text60K, new string('1', 60_000), "q\0}", PickleBytes.Times(100_000, "h\0Ns"), "t."), "of memory" },
        { "a time zone looked up", PickleBytes.Of(PickleBytes.Times(30_000, "czoneinfo\nZoneInfo\nU\x0b" + "Europe/Rome\x85R0"), "N."), "of memory" },
        { "an exception of itself", PickleBytes.Of("}(Vstatus\nVFAILURE\nVresult\ncproj\nError\n]q\0h\0a\x85Ru."), "of memory" },
        { "an integer of 200,000 digits", PickleBytes.Of("L", new string('9', 200_000), "L\n."), "4300 digits" },
        { "an integer of 100,000 bytes", PickleBytes.Of("\x8b", PickleBytes.Int32(100_000), new byte[100_000], "."), "4300 digits" },
        { "an integer of 4301 digits", PickleBytes.Of("L1", new string('0', 4300), "L\n."), "4300 digits" },
    };

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void Pickle_that_would_take_all_memory_or_time_is_refused_before_it_does(string name, byte[] pickle, string reason)
    {
        pickle.Length.ShouldBeLessThan(4 * Mebibyte, name);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();

        PickleBytes.Refusal(pickle, new ContentLimits { MaxSize = Mebibyte }).ShouldContain(reason);

        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(32L * Mebibyte, name);
        clock.Elapsed.ShouldBeLessThan(Bound.Default, name);
    }
}
