using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;

namespace CeleryNet.Tests.Results;

/// <summary>A client, and tasks that end as a test says.</summary>
internal sealed class ResultSetup : IAsyncDisposable
{
    public const string Boom = """{"exc_type": "ValueError", "exc_message": ["boom"], "exc_module": "builtins"}""";

    // The clock of the client stands still: what waits for it in vain ends by this one.
    private readonly CancellationTokenSource _bound = new(Bound.Default);
    private readonly ClientSetup _setup;

    public ResultSetup(IResultBackend? backend = null) => _setup = new ClientSetup(backend);

    public CancellationToken Token => _bound.Token;

    public ICeleryClient Client => _setup.Client;

    public ClientSetup Inner => _setup;

    public IResultBackend Backend => _setup.Backend;

    public ResultAccess Access => Result("any").Access;

    public AsyncResult<int> Result(string id, AsyncResult? parent = null) => parent is null ? Client.GetResult<int>(id) : new(id, Access, parent);

    public GroupResult<int> Group(string id, params string[] members) => Client.GetGroupResult(members.Select(member => Result(member)), id);

    public Task SucceedAsync(string id, string result, string? children = null)
        => StoreAsync(new ResultMeta(id, TaskState.Success) { Result = Json(result), Children = children is null ? default : Json(children) });

    public Task FailAsync(string id, string error = Boom) => StoreAsync(new ResultMeta(id, TaskState.Failure) { Result = Json(error), Traceback = "Traceback …" });

    public Task BeInAsync(string id, TaskState state, string info = "null") => StoreAsync(new ResultMeta(id, state) { Result = Json(info) });

    public Task StoreAsync(ResultMeta meta) => Backend.StoreAsync(meta, default, Token).AsTask();

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    public static string Text(JsonElement json) => json.GetRawText();

    public async ValueTask DisposeAsync()
    {
        await _setup.DisposeAsync();
        _bound.Dispose();
    }
}
