"""`duijie up`: start everything and keep it running."""

from typing import Annotated

import typer

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    fail,
    print_json,
    tell,
)
from duijie_local.commands.starting import launch_with_progress
from duijie_local.processes.supervisor import StartError
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.databases import DatabaseUrlError
from duijie_local.stack.options import DATABASE_VARIABLE, KAFKA_VARIABLE, Options
from duijie_local.stack.run import AlreadyRunningError, run_stack
from duijie_local.stack.state import Stack, read_stack


def up_command(
    *,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="网关端口 · the gateway's port")] = None,
    detach: Annotated[
        bool,
        typer.Option("--detach", help="就绪后返回, 在后台运行 · return once ready, run in the background"),
    ] = False,
    as_json: JsonOption = False,
    kafka: Annotated[
        str | None,
        typer.Option(envvar=KAFKA_VARIABLE, help="用别处的 Kafka (主机:端口) · a Kafka that runs elsewhere"),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar=DATABASE_VARIABLE,
            show_envvar=True,
            help="用别处的 PostgreSQL; 其中的 <库名>_catalog 与 <库名>_gateway 两库不存在则新建 · "
            "a PostgreSQL that runs elsewhere; its databases <name>_catalog and <name>_gateway are made if missing",
        ),
    ] = None,
) -> None:
    """启动全部服务并守护 · start everything and keep it running."""
    data = DataDir.at(data_dir)
    options = Options(port=port, kafka=kafka, database_url=database_url)
    if detach:
        _report(launch_with_progress(data, options), as_json=as_json)
        return
    try:
        run_stack(data, options, tell, ready=lambda stack: _report(stack, as_json=as_json))
    except AlreadyRunningError:
        stack = read_stack(data)
        where = "" if stack is None else f" {stack.gateway}"
        fail(f"{data.root} 已在运行{where}", f"{data.root} is running already{where}")
    except (StartError, DatabaseUrlError) as error:
        fail("启动失败", f"the start failed\n{error}")


def _report(stack: Stack, *, as_json: bool) -> None:
    if as_json:
        print_json({"gateway": stack.gateway, "data_dir": stack.data_dir})
    else:
        typer.echo(f"就绪 · ready: {stack.gateway}")
